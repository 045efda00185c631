# Snapshots that the database service itself can't remove, in a locked vault, and their copies in another region.

terraform {
  required_version = ">= 1.10"
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      version               = "~> 5.100"
      configuration_aliases = [aws.other]
    }
  }
}

resource "aws_backup_vault" "here" {
  name        = var.name
  kms_key_arn = var.kms_key_arn
}

resource "aws_kms_key" "other" {
  provider                = aws.other
  description             = "Raally ${var.name}: copies of backups"
  enable_key_rotation     = true
  deletion_window_in_days = 30
}

resource "aws_backup_vault" "other" {
  provider    = aws.other
  name        = "${var.name}-copies"
  kms_key_arn = aws_kms_key.other.arn
}

# Governance: nobody removes a copy before its time without a right of its own.
resource "aws_backup_vault_lock_configuration" "other" {
  provider           = aws.other
  backup_vault_name  = aws_backup_vault.other.name
  min_retention_days = min(7, var.days)
  max_retention_days = 366
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["backup.amazonaws.com"]
    }
  }
}

data "aws_partition" "here" {}

resource "aws_iam_role" "this" {
  name               = "${var.name}-backup"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each   = toset(["AWSBackupServiceRolePolicyForBackup", "AWSBackupServiceRolePolicyForRestores"])
  role       = aws_iam_role.this.name
  policy_arn = "arn:${data.aws_partition.here.partition}:iam::aws:policy/service-role/${each.key}"
}

resource "aws_backup_plan" "this" {
  name = var.name

  rule {
    rule_name                = "continuous"
    target_vault_name        = aws_backup_vault.here.name
    schedule                 = "cron(0 4 * * ? *)"
    start_window             = 60
    completion_window        = 240
    enable_continuous_backup = true
    lifecycle {
      delete_after = min(35, var.days)
    }
  }

  # A continuous backup can't be copied; this one is.
  rule {
    rule_name         = "daily-elsewhere"
    target_vault_name = aws_backup_vault.here.name
    schedule          = "cron(0 5 * * ? *)"
    start_window      = 60
    completion_window = 240
    lifecycle {
      delete_after = var.days
    }
    copy_action {
      destination_vault_arn = aws_backup_vault.other.arn
      lifecycle {
        delete_after = var.days
      }
    }
  }
}

resource "aws_backup_selection" "this" {
  name         = "database"
  plan_id      = aws_backup_plan.this.id
  iam_role_arn = aws_iam_role.this.arn
  resources    = var.resource_arns
}

resource "aws_backup_vault_notifications" "this" {
  backup_vault_name   = aws_backup_vault.here.name
  sns_topic_arn       = var.topic_arn
  backup_vault_events = ["BACKUP_JOB_FAILED", "COPY_JOB_FAILED", "RESTORE_JOB_COMPLETED"]
}

# A backup is one when it has been restored: every week, into an instance that goes again.
resource "aws_backup_restore_testing_plan" "this" {
  name                         = replace("${var.name}_restore", "-", "_")
  schedule_expression          = "cron(0 6 ? * SUN *)"
  start_window_hours           = 4
  schedule_expression_timezone = "Etc/UTC"

  recovery_point_selection {
    algorithm             = "LATEST_WITHIN_WINDOW"
    include_vaults        = [aws_backup_vault.here.arn]
    recovery_point_types  = ["SNAPSHOT"]
    selection_window_days = 7
  }
}

resource "aws_backup_restore_testing_selection" "this" {
  name                      = "database"
  restore_testing_plan_name = aws_backup_restore_testing_plan.this.name
  protected_resource_type   = "RDS"
  iam_role_arn              = aws_iam_role.this.arn
  protected_resource_arns   = var.resource_arns
  validation_window_hours   = 2
}
