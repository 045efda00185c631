# One environment: the modules put together. The environments differ in what they pass, not in what they have.

terraform {
  required_version = ">= 1.10"
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      version               = "~> 5.100"
      configuration_aliases = [aws.global, aws.other]
    }
  }
}

locals {
  name = "raally-${var.environment}"
}

module "secrets" {
  source = "../secrets"
  name   = var.environment
}

module "network" {
  source       = "../network"
  name         = local.name
  cidr         = var.cidr
  nat_per_zone = var.nat_per_zone
  kms_key_arn  = module.secrets.kms_key_arn
}

module "storage" {
  source      = "../storage"
  name        = local.name
  kms_key_arn = module.secrets.kms_key_arn
  backup_days = var.backup_days
}

module "cluster" {
  source             = "../cluster"
  name               = local.name
  private_subnet_ids = module.network.private_subnet_ids
  kms_key_arn        = module.secrets.kms_key_arn
  secret_arns        = module.secrets.secret_arns
  admin_role_arns    = var.admin_role_arns
  deployer_role_arns = var.deployer_role_arns
  general            = var.general
  spot               = var.spot
}

module "database" {
  source                   = "../database"
  name                     = local.name
  vpc_id                   = module.network.vpc_id
  subnet_ids               = module.network.database_subnet_ids
  client_security_group_id = module.cluster.security_group_id
  kms_key_arn              = module.secrets.kms_key_arn
  instance_class           = var.database.instance_class
  storage_gib              = var.database.storage_gib
  multi_az                 = var.database.multi_az
  replica                  = var.database.replica
  backup_days              = var.backup_days
}

module "edge" {
  source                    = "../edge"
  name                      = local.name
  domain                    = var.domain
  zone_id                   = var.zone_id
  vpc_id                    = module.network.vpc_id
  public_subnet_ids         = module.network.public_subnet_ids
  cluster_security_group_id = module.cluster.security_group_id
  log_bucket                = module.storage.bucket_names["logs"]
  providers = {
    aws        = aws
    aws.global = aws.global
  }
}

module "observability" {
  source               = "../observability"
  name                 = local.name
  environment          = var.environment
  kms_key_arn          = module.secrets.kms_key_arn
  mail                 = var.mail
  database_identifier  = module.database.identifier
  load_balancer_suffix = module.edge.load_balancer_suffix
  budget_usd           = var.budget_usd
}

module "backup" {
  source        = "../backup"
  name          = local.name
  kms_key_arn   = module.secrets.kms_key_arn
  days          = var.backup_days
  resource_arns = [module.database.arn]
  topic_arn     = module.observability.topic_arn
  providers = {
    aws       = aws
    aws.other = aws.other
  }
}

module "registry" {
  source         = "../registry"
  prefix         = local.name
  kms_key_arn    = module.secrets.kms_key_arn
  push_role_arns = var.push_role_arns
}
