variable "name" {
  type        = string
  description = "Identifier of the instance."
}

variable "vpc_id" {
  type        = string
  description = "The network."
}

variable "subnet_ids" {
  type        = list(string)
  description = "Database subnets, one per zone."
}

variable "client_security_group_id" {
  type        = string
  description = "Who may connect."
}

variable "kms_key_arn" {
  type        = string
  description = "Key of disk, backups and statistics."
}

variable "engine_version" {
  type        = string
  default     = "17.6"
  description = "PostgreSQL; the backup image of the chart must not be older."
}

variable "instance_class" {
  type        = string
  default     = "db.m7g.large"
  description = "Size."
}

variable "storage_gib" {
  type        = number
  default     = 100
  description = "Disk at first; it grows by itself to four times that."
}

variable "multi_az" {
  type        = bool
  default     = true
  description = "A standby in another zone that takes over."
}

variable "replica" {
  type        = bool
  default     = false
  description = "A replica for reads."
}

variable "backup_days" {
  type        = number
  default     = 30
  description = "How far back a point in time may lie."
  validation {
    condition     = var.backup_days >= 1 && var.backup_days <= 35
    error_message = "RDS keeps 1 to 35 days; without any there is no point-in-time recovery."
  }
}
