# What must never be switched off, against a mocked provider.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
}

variables {
  name                     = "raally-prod"
  vpc_id                   = "vpc-1"
  subnet_ids               = ["subnet-1", "subnet-2", "subnet-3"]
  client_security_group_id = "sg-1"
  kms_key_arn              = "arn:aws:kms:eu-central-1:123456789012:key/1"
}

run "data_are_kept_encrypted_and_in_two_zones" {
  command = plan

  assert {
    condition     = aws_db_instance.this.storage_encrypted && aws_db_instance.this.multi_az && aws_db_instance.this.deletion_protection && !aws_db_instance.this.skip_final_snapshot
    error_message = "encrypted, in two zones, protected, with a last snapshot"
  }
  assert {
    condition     = aws_db_instance.this.backup_retention_period == 30 && !aws_db_instance.this.delete_automated_backups
    error_message = "any point in time of 30 days can be restored"
  }
  assert {
    condition     = !aws_db_instance.this.publicly_accessible && aws_db_instance.this.manage_master_user_password
    error_message = "not reachable from outside, no password in the state"
  }
  assert {
    condition     = one([for one in aws_db_parameter_group.this.parameter : one.value if one.name == "rds.force_ssl"]) == "1" && one([for one in aws_db_parameter_group.this.parameter : one.value if one.name == "synchronous_commit"]) == "on"
    error_message = "TLS only, and what is acknowledged is durable"
  }
  assert {
    condition     = length(aws_db_instance.replica) == 0
    error_message = "a replica only where it is asked for"
  }
}

run "a_replica_is_encrypted_too" {
  command = plan
  variables {
    replica = true
  }
  assert {
    condition     = length(aws_db_instance.replica) == 1 && aws_db_instance.replica[0].storage_encrypted && !aws_db_instance.replica[0].publicly_accessible
    error_message = "as the first"
  }
}

run "no_backups_are_refused" {
  command = plan
  variables {
    backup_days = 0
  }
  expect_failures = [var.backup_days]
}
