variable "name" {
  type        = string
  description = "Name of the network and prefix of what is in it."
}

variable "cidr" {
  type        = string
  default     = "10.0.0.0/16"
  description = "Addresses of the network, a /16."
  validation {
    condition     = can(cidrhost(var.cidr, 0)) && endswith(var.cidr, "/16")
    error_message = "A /16 is cut into three public, three private and three database subnets."
  }
}

variable "nat_per_zone" {
  type        = bool
  default     = true
  description = "One NAT gateway per zone; false = one for all, cheaper and gone with its zone."
}

variable "endpoints" {
  type        = list(string)
  default     = ["ecr.api", "ecr.dkr", "logs", "secretsmanager", "sts", "kms"]
  description = "AWS services that are reached inside the network."
}

variable "kms_key_arn" {
  type        = string
  description = "Key of the flow logs."
}
