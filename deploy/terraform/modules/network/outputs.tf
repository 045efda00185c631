output "vpc_id" {
  value       = aws_vpc.this.id
  description = "The network."
}

output "public_subnet_ids" {
  value       = [for one in aws_subnet.public : one.id]
  description = "One per zone."
}

output "private_subnet_ids" {
  value       = [for one in aws_subnet.private : one.id]
  description = "One per zone."
}

output "private_cidrs" {
  value       = [for one in aws_subnet.private : one.cidr_block]
  description = "Where pods have their addresses."
}

output "database_subnet_ids" {
  value       = [for one in aws_subnet.database : one.id]
  description = "One per zone."
}

output "database_cidrs" {
  value       = [for one in aws_subnet.database : one.cidr_block]
  description = "What the chart's NetworkPolicies let the pods reach."
}
