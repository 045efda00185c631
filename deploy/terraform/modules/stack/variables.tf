variable "environment" {
  type        = string
  description = "Which one: dev, uat or prod."
  validation {
    condition     = contains(["dev", "uat", "prod"], var.environment)
    error_message = "There are dev, uat and prod."
  }
}

variable "cidr" {
  type        = string
  description = "Addresses of the network; must not overlap with another environment's."
}

variable "domain" {
  type        = string
  description = "Under which users reach it."
}

variable "zone_id" {
  type        = string
  description = "The DNS zone of the domain."
}

variable "nat_per_zone" {
  type        = bool
  description = "Outlive the loss of a zone, for two more NAT gateways."
}

variable "general" {
  type        = object({ types = list(string), min = number, max = number })
  description = "Nodes that are always there."
}

variable "spot" {
  type        = object({ types = list(string), min = number, max = number })
  description = "Nodes that may be taken away."
}

variable "database" {
  type        = object({ instance_class = string, storage_gib = number, multi_az = bool, replica = bool })
  description = "Size and copies of the database."
}

variable "backup_days" {
  type        = number
  description = "How long backups are kept."
}

variable "mail" {
  type        = list(string)
  description = "Who is told of alarms."
}

variable "budget_usd" {
  type        = number
  description = "A month's budget."
}

variable "admin_role_arns" {
  type        = list(string)
  default     = []
  description = "Roles that administer the cluster."
}

variable "deployer_role_arns" {
  type        = list(string)
  default     = []
  description = "Roles that release Raally."
}

variable "push_role_arns" {
  type        = list(string)
  default     = []
  description = "Roles of pipelines that push images."
}
