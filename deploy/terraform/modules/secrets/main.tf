# The key of everything at rest, and the places of Raally's secrets. Their values are put in by hand or by a script,
# once: a value that Terraform knew would lie in its state.

data "aws_caller_identity" "here" {}
data "aws_partition" "here" {}
data "aws_region" "here" {}

data "aws_iam_policy_document" "key" {
  statement {
    sid       = "Account"
    actions   = ["kms:*"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = ["arn:${data.aws_partition.here.partition}:iam::${data.aws_caller_identity.here.account_id}:root"]
    }
  }
  statement {
    sid       = "Logs"
    actions   = ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"]
    resources = ["*"]
    principals {
      type        = "Service"
      identifiers = ["logs.${data.aws_region.here.name}.amazonaws.com"]
    }
    condition {
      test     = "ArnLike"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values   = ["arn:${data.aws_partition.here.partition}:logs:${data.aws_region.here.name}:${data.aws_caller_identity.here.account_id}:*"]
    }
  }
  statement {
    sid       = "Alarms"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
    resources = ["*"]
    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.here.account_id]
    }
  }
}

resource "aws_kms_key" "this" {
  description             = "Raally ${var.name}: everything at rest"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = data.aws_iam_policy_document.key.json
}

resource "aws_kms_alias" "this" {
  name          = "alias/raally-${var.name}"
  target_key_id = aws_kms_key.this.key_id
}

# As the chart's ExternalSecrets read them: PREFIX/database (url, backup-url) and PREFIX/keys (secret.key, audit.key,
# database-ca.pem), in Base64. Losing `keys` loses every encrypted name and amount: it is copied to the other region.
resource "aws_secretsmanager_secret" "this" {
  for_each                = toset(["database", "keys"])
  name                    = "raally/${var.name}/${each.key}"
  description             = "Raally ${var.name}: ${each.key}"
  kms_key_id              = aws_kms_key.this.arn
  recovery_window_in_days = 30

  dynamic "replica" {
    for_each = var.replica_region == null ? [] : [var.replica_region]
    content {
      region     = replica.value
      kms_key_id = var.replica_kms_key_arn
    }
  }
}
