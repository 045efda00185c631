variable "name" {
  type        = string
  description = "Name of vault and plan."
}

variable "kms_key_arn" {
  type        = string
  description = "Key of the vault."
}

variable "days" {
  type        = number
  default     = 30
  description = "How long snapshots and their copies are kept."
}

variable "resource_arns" {
  type        = list(string)
  description = "What is backed up."
}

variable "topic_arn" {
  type        = string
  description = "Who is told of failures."
}
