output "address" {
  value       = aws_db_instance.this.address
  description = "Host name of the writer."
}

output "replica_addresses" {
  value       = aws_db_instance.replica[*].address
  description = "Host names of the replicas."
}

output "arn" {
  value       = aws_db_instance.this.arn
  description = "For the backup plan."
}

output "identifier" {
  value       = aws_db_instance.this.identifier
  description = "For alarms."
}

output "administrator_secret_arn" {
  value       = aws_db_instance.this.master_user_secret[0].secret_arn
  description = "The administrator's password; used once, to make the roles of Raally."
}
