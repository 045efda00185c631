# Environment dev.
#
# What it costs a month, roughly, in US dollars of November 2026 list prices of eu-central-1; look before you rely on it:
# cluster 73 · three t4g.large 170 · one NAT gateway 35 · endpoints 160 · database, one zone 60 · load balancer, CDN,
# firewall 45 · logs, keys, backups 40: about 580. Cheaper: fewer endpoints, nodes switched off at night.

terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }

  # Made by ../../bootstrap. The lock is a file beside the state.
  backend "s3" {
    bucket       = "raally-terraform-state"
    key          = "dev/terraform.tfstate"
    region       = "eu-central-1"
    encrypt      = true
    kms_key_id   = "alias/raally-terraform-state"
    use_lockfile = true
  }
}

provider "aws" {
  region = "eu-central-1"
  default_tags {
    tags = local.tags
  }
}

provider "aws" {
  alias  = "global"
  region = "us-east-1"
  default_tags {
    tags = local.tags
  }
}

provider "aws" {
  alias  = "other"
  region = "eu-west-1"
  default_tags {
    tags = local.tags
  }
}

locals {
  tags = { project = "raally", environment = "dev", managed_by = "terraform" }
}

variable "zone_id" {
  type        = string
  description = "The DNS zone of raally.example."
}

variable "mail" {
  type        = list(string)
  description = "Who is told of alarms."
}

variable "admin_role_arns" {
  type        = list(string)
  default     = []
  description = "Roles that administer the cluster."
}

variable "deployer_role_arns" {
  type        = list(string)
  default     = []
  description = "Roles that release Raally."
}

variable "push_role_arns" {
  type        = list(string)
  default     = []
  description = "Roles of pipelines that push images."
}

module "raally" {
  source             = "../../modules/stack"
  environment        = "dev"
  cidr               = "10.10.0.0/16"
  domain             = "dev.raally.example"
  zone_id            = var.zone_id
  nat_per_zone       = false
  general            = { types = ["t4g.large"], min = 3, max = 4 }
  spot               = { types = ["t4g.large", "m7g.large"], min = 0, max = 3 }
  database           = { instance_class = "db.t4g.medium", storage_gib = 20, multi_az = false, replica = false }
  backup_days        = 3
  mail               = var.mail
  budget_usd         = 700
  admin_role_arns    = var.admin_role_arns
  deployer_role_arns = var.deployer_role_arns
  push_role_arns     = var.push_role_arns

  providers = {
    aws        = aws
    aws.global = aws.global
    aws.other  = aws.other
  }
}

output "raally" {
  value       = module.raally
  description = "What the chart and the operators need to know."
}
