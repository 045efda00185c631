variable "name" {
  type        = string
  description = "Name of load balancer, firewall and distribution."
  validation {
    condition     = length(var.name) <= 32
    error_message = "Load balancers have names of at most 32 letters."
  }
}

variable "domain" {
  type        = string
  description = "Under which users reach it."
}

variable "zone_id" {
  type        = string
  description = "The DNS zone of the domain."
}

variable "vpc_id" {
  type        = string
  description = "The network."
}

variable "public_subnet_ids" {
  type        = list(string)
  description = "One per zone."
}

variable "cluster_security_group_id" {
  type        = string
  description = "Of the pods that the load balancer reaches."
}

variable "log_bucket" {
  type        = string
  description = "Where access logs go."
}

variable "requests_per_5_minutes" {
  type        = number
  default     = 6000
  description = "Of one address; 1,200 a minute is the server's own limit."
}
