output "repository_urls" {
  value       = { for name, one in aws_ecr_repository.this : name => one.repository_url }
  description = "For `image.repository` of the chart."
}
