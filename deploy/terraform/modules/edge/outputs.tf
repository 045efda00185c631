output "target_group_arn" {
  value       = aws_lb_target_group.mesh.arn
  description = "For the TargetGroupBinding of the mesh's ingress."
}

output "load_balancer_suffix" {
  value       = aws_lb.this.arn_suffix
  description = "For alarms."
}

output "distribution_domain" {
  value       = aws_cloudfront_distribution.this.domain_name
  description = "Name of the distribution."
}
