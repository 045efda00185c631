# The plan of an environment against mocked providers: no account, no network.

mock_provider "aws" {
  mock_data "aws_availability_zones" {
    defaults = { names = ["eu-central-1a", "eu-central-1b", "eu-central-1c", "eu-central-1d"] }
  }
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_region" {
    defaults = { name = "eu-central-1" }
  }
}

mock_provider "aws" {
  alias = "global"
}

mock_provider "aws" {
  alias = "other"
}

# An apply fails on arns that the mock makes up; what is computed is overridden where something checks it.
override_resource {
  target = module.cluster.aws_eks_cluster.this
  values = {
    identity   = [{ oidc = [{ issuer = "https://oidc.example/id/1" }] }]
    vpc_config = { cluster_security_group_id = "sg-1" }
  }
  override_during = plan
}

override_resource {
  target          = module.secrets.aws_kms_key.this
  values          = { arn = "arn:aws:kms:eu-central-1:123456789012:key/1" }
  override_during = plan
}

override_resource {
  target = module.edge.aws_acm_certificate.cdn
  values = {
    arn                       = "arn:aws:acm:us-east-1:123456789012:certificate/1"
    domain_validation_options = [{ domain_name = "raally.example", resource_record_name = "_a.raally.example", resource_record_type = "CNAME", resource_record_value = "b" }]
  }
  override_during = plan
}

override_resource {
  target          = module.edge.aws_acm_certificate.origin
  values          = { arn = "arn:aws:acm:eu-central-1:123456789012:certificate/2" }
  override_during = plan
}

override_resource {
  target = module.database.aws_db_instance.this
  values = {
    arn                = "arn:aws:rds:eu-central-1:123456789012:db:raally-prod"
    master_user_secret = [{ secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:a" }]
  }
  override_during = plan
}

variables {
  environment  = "prod"
  cidr         = "10.0.0.0/16"
  domain       = "raally.example"
  zone_id      = "Z1"
  nat_per_zone = true
  general      = { types = ["m7g.large"], min = 3, max = 9 }
  spot         = { types = ["m7g.large"], min = 0, max = 6 }
  database     = { instance_class = "db.m7g.large", storage_gib = 100, multi_az = true, replica = true }
  backup_days  = 30
  mail         = ["on-call@raally.example"]
  budget_usd   = 1900
}

run "nine_subnets_do_not_overlap_and_the_chart_may_reach_the_database" {
  command = plan

  assert {
    condition     = length(module.network.public_subnet_ids) == 3 && length(module.network.private_subnet_ids) == 3 && length(module.network.database_subnet_ids) == 3
    error_message = "three of each"
  }
  assert {
    condition     = module.network.database_cidrs == ["10.0.48.0/22", "10.0.52.0/22", "10.0.56.0/22"]
    error_message = "they lie in 10.0.48.0/20, which the chart's NetworkPolicies allow"
  }
  assert {
    condition     = module.network.private_cidrs == ["10.0.64.0/18", "10.0.128.0/18", "10.0.192.0/18"]
    error_message = "pods have room"
  }
}

run "an_unknown_environment_is_refused" {
  command = plan
  variables {
    environment = "test"
  }
  expect_failures = [var.environment]
}
