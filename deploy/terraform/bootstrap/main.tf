# The place of the other configurations' state, made once by hand with a state of its own on disk:
#   terraform -chdir=deploy/terraform/bootstrap init && terraform -chdir=deploy/terraform/bootstrap apply

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
    tags = { project = "raally", environment = "all", managed_by = "terraform" }
  }
}

resource "aws_kms_key" "state" {
  description             = "State of Raally's infrastructure"
  enable_key_rotation     = true
  deletion_window_in_days = 30
}

resource "aws_kms_alias" "state" {
  name          = "alias/raally-terraform-state"
  target_key_id = aws_kms_key.state.key_id
}

resource "aws_s3_bucket" "state" {
  bucket = "raally-terraform-state"
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_versioning" "state" {
  bucket = aws_s3_bucket.state.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "state" {
  bucket = aws_s3_bucket.state.id
  rule {
    bucket_key_enabled = true
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.state.arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "state" {
  bucket                  = aws_s3_bucket.state.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_lifecycle_configuration" "state" {
  bucket = aws_s3_bucket.state.id
  rule {
    id     = "old"
    status = "Enabled"
    filter {}
    abort_incomplete_multipart_upload {
      days_after_initiation = 3
    }
    noncurrent_version_expiration {
      noncurrent_days = 365
    }
  }
}

# Pipelines on GitHub become a role by a token of GitHub's: no key is stored anywhere. Each environment has a role of its
# own, which only jobs of that environment of this repository may take.

data "aws_caller_identity" "here" {}
data "aws_partition" "here" {}

resource "aws_iam_openid_connect_provider" "github" {
  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}

locals {
  environments = toset(["dev", "uat", "prod"])
}

data "aws_iam_policy_document" "push_assume" {
  for_each = local.environments
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = [aws_iam_openid_connect_provider.github.arn]
    }
    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:aud"
      values   = ["sts.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:sub"
      values   = ["repo:${var.repository}:environment:${each.key}"]
    }
  }
}

data "aws_iam_policy_document" "push" {
  for_each = local.environments
  statement {
    sid       = "SignIn"
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"]
  }
  statement {
    sid = "Push"
    actions = [
      "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:DescribeImages",
      "ecr:DescribeImageScanFindings", "ecr:GetDownloadUrlForLayer", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart",
    ]
    resources = ["arn:${data.aws_partition.here.partition}:ecr:*:${data.aws_caller_identity.here.account_id}:repository/raally-${each.key}/*"]
  }
}

resource "aws_iam_role" "push" {
  for_each             = local.environments
  name                 = "raally-${each.key}-push"
  assume_role_policy   = data.aws_iam_policy_document.push_assume[each.key].json
  max_session_duration = 3600
}

resource "aws_iam_role_policy" "push" {
  for_each = local.environments
  name     = "push"
  role     = aws_iam_role.push[each.key].id
  policy   = data.aws_iam_policy_document.push[each.key].json
}

output "push_role_arns" {
  value       = { for name, role in aws_iam_role.push : name => role.arn }
  description = "For the variable AWS_PUSH_ROLE_ARN of each environment on GitHub, and `push_role_arns` here."
}
