output "bucket_arns" {
  value       = { for name, bucket in aws_s3_bucket.this : name => bucket.arn }
  description = "Of backups, files and logs."
}

output "bucket_names" {
  value       = { for name, bucket in aws_s3_bucket.this : name => bucket.id }
  description = "Of backups, files and logs."
}
