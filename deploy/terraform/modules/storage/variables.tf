variable "name" {
  type        = string
  description = "Prefix of the buckets; the account's number is the suffix."
}

variable "kms_key_arn" {
  type        = string
  description = "Key of backups and files."
}

variable "backup_days" {
  type        = number
  default     = 30
  description = "How long a backup is kept."
}
