output "cluster_name" {
  value       = module.cluster.name
  description = "For `aws eks update-kubeconfig --name`."
}

output "database_address" {
  value       = module.database.address
  description = "Host of RAALLY_DATABASE_URL."
}

output "database_cidrs" {
  value       = module.network.database_cidrs
  description = "For `network.databaseCidrs` of the chart."
}

output "repository_urls" {
  value       = module.registry.repository_urls
  description = "For `image.repository` of the chart."
}

output "target_group_arn" {
  value       = module.edge.target_group_arn
  description = "For the TargetGroupBinding of the mesh's ingress."
}

output "role_arns" {
  value       = module.cluster.role_arns
  description = "For accounts of the cluster that become roles of AWS."
}
