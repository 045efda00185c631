# What holds for every bucket, against a mocked provider.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
}

variables {
  name        = "raally-prod"
  kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/1"
}

run "every_bucket_is_private_versioned_encrypted_and_has_an_end" {
  command = plan

  assert {
    condition     = toset(keys(aws_s3_bucket.this)) == toset(["backups", "files", "logs"])
    error_message = "three buckets"
  }
  assert {
    condition     = alltrue([for one in aws_s3_bucket_public_access_block.this : one.block_public_acls && one.block_public_policy && one.ignore_public_acls && one.restrict_public_buckets]) && length(aws_s3_bucket_public_access_block.this) == 3
    error_message = "private"
  }
  assert {
    condition     = alltrue([for one in aws_s3_bucket_versioning.this : one.versioning_configuration[0].status == "Enabled"]) && length(aws_s3_bucket_versioning.this) == 3
    error_message = "versioned"
  }
  assert {
    condition     = alltrue([for name, one in aws_s3_bucket_server_side_encryption_configuration.this : anytrue([for rule in one.rule : anytrue([for by in rule.apply_server_side_encryption_by_default : by.sse_algorithm == (name == "logs" ? "AES256" : "aws:kms")])])]) && length(aws_s3_bucket_server_side_encryption_configuration.this) == 3
    error_message = "encrypted"
  }
  assert {
    condition     = toset(keys(aws_s3_bucket_lifecycle_configuration.this)) == toset(["backups", "files", "logs"]) && toset(keys(aws_s3_bucket_logging.this)) == toset(["backups", "files"])
    error_message = "an end for everything, and a log of who came"
  }
}
