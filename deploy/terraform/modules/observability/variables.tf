variable "name" {
  type        = string
  description = "Prefix."
}

variable "environment" {
  type        = string
  description = "Value of the tag `environment`, by which cost is told apart."
}

variable "kms_key_arn" {
  type        = string
  description = "Key of topic and logs."
}

variable "mail" {
  type        = list(string)
  description = "Who is told."
}

variable "database_identifier" {
  type        = string
  description = "The instance that is watched."
}

variable "connections_max" {
  type        = number
  default     = 800
  description = "The setting max_connections of the instance."
}

variable "load_balancer_suffix" {
  type        = string
  description = "The load balancer that is watched, as CloudWatch names it."
}

variable "budget_usd" {
  type        = number
  description = "A month's budget; at 80 % spent or 100 % foreseen somebody is told."
}
