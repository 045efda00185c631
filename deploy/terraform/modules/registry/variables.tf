variable "prefix" {
  type        = string
  default     = "raally"
  description = "Before the names of the repositories."
}

variable "kms_key_arn" {
  type        = string
  description = "Key of the images."
}

variable "push_role_arns" {
  type        = list(string)
  default     = []
  description = "Roles of pipelines that push."
}
