# What every environment is: providers, what it is told from outside, and the stack. Each folder beside has this file by a
# link, and in environment.tf where its state is, how large it is and what it costs.

terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
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
  tags = { project = "raally", environment = local.settings.environment, managed_by = "terraform" }
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
  environment        = local.settings.environment
  cidr               = local.settings.cidr
  domain             = local.settings.domain
  zone_id            = var.zone_id
  nat_per_zone       = local.settings.nat_per_zone
  general            = local.settings.general
  spot               = local.settings.spot
  database           = local.settings.database
  backup_days        = local.settings.backup_days
  mail               = var.mail
  budget_usd         = local.settings.budget_usd
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
