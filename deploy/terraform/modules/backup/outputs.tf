output "vault_name" {
  value       = aws_backup_vault.here.name
  description = "Snapshots."
}

output "copies_vault_arn" {
  value       = aws_backup_vault.other.arn
  description = "Their copies in the other region."
}
