variable "name" {
  type        = string
  description = "Environment: the secrets are raally/NAME/…"
}

variable "replica_region" {
  type        = string
  default     = null
  description = "Where secrets are copied to."
}

variable "replica_kms_key_arn" {
  type        = string
  default     = null
  description = "Key of the copies, in their region."
}
