output "name" {
  value       = aws_eks_cluster.this.name
  description = "For `aws eks update-kubeconfig --name`."
}

output "endpoint" {
  value       = aws_eks_cluster.this.endpoint
  description = "The API server, inside the network."
}

output "security_group_id" {
  value       = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
  description = "Whoever belongs to it is a node or a pod."
}

output "oidc_provider_arn" {
  value       = aws_iam_openid_connect_provider.this.arn
  description = "For further roles by IRSA."
}

output "role_arns" {
  value       = { for name, role in aws_iam_role.irsa : name => role.arn }
  description = "For the annotations of the accounts that become them."
}
