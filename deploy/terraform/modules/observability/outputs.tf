output "topic_arn" {
  value       = aws_sns_topic.alarms.arn
  description = "Where alarms go."
}

output "log_group" {
  value       = aws_cloudwatch_log_group.application.name
  description = "Where the cluster's log shipper writes to."
}
