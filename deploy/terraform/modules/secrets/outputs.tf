output "kms_key_arn" {
  value       = aws_kms_key.this.arn
  description = "Key of everything at rest."
}

output "secret_arns" {
  value       = [for one in aws_secretsmanager_secret.this : one.arn]
  description = "What External Secrets may read."
}
