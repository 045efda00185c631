# Environment uat.
#
# What it costs a month, roughly, in US dollars of November 2026 list prices of eu-central-1; look before you rely on it:
# cluster 73 · three m7g.large 215 · three NAT gateways 105 · endpoints 160 · database, two zones 270 · load balancer,
# CDN, firewall 60 · logs, keys, backups 80: about 960.

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
    key          = "uat/terraform.tfstate"
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
  tags = { project = "raally", environment = "uat", managed_by = "terraform" }
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
  environment        = "uat"
  cidr               = "10.20.0.0/16"
  domain             = "uat.raally.example"
  zone_id            = var.zone_id
  nat_per_zone       = true
  general            = { types = ["m7g.large"], min = 3, max = 9 }
  spot               = { types = ["m7g.large", "m6g.large"], min = 0, max = 6 }
  database           = { instance_class = "db.m7g.large", storage_gib = 100, multi_az = true, replica = false }
  backup_days        = 7
  mail               = var.mail
  budget_usd         = 1300
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
