variable "name" {
  type        = string
  description = "Name of the cluster."
}

variable "kubernetes_version" {
  type        = string
  default     = "1.33"
  description = "The version that deploy/tests validates the manifests for."
}

variable "private_subnet_ids" {
  type        = list(string)
  description = "Where nodes and pods live, one subnet per zone."
  validation {
    condition     = length(var.private_subnet_ids) >= 3
    error_message = "The chart spreads over three zones."
  }
}

variable "kms_key_arn" {
  type        = string
  description = "Key of secrets, disks and logs."
}

variable "secret_arns" {
  type        = list(string)
  description = "What External Secrets may read."
}

variable "admin_role_arns" {
  type        = list(string)
  default     = []
  description = "Roles that administer the cluster."
}

variable "deployer_role_arns" {
  type        = list(string)
  default     = []
  description = "Roles that release Raally, and do nothing else."
}

variable "general" {
  type        = object({ types = list(string), min = number, max = number })
  default     = { types = ["m7g.large"], min = 3, max = 9 }
  description = "Nodes that are always there."
}

variable "spot" {
  type        = object({ types = list(string), min = number, max = number })
  default     = { types = ["m7g.large", "m6g.large", "c7g.xlarge"], min = 0, max = 6 }
  description = "Nodes that may be taken away; only pods that tolerate `raally.dev/spot` run there."
}

variable "ami_type" {
  type        = string
  default     = "BOTTLEROCKET_ARM_64"
  description = "Image of the nodes; images of Raally are there for amd64 and arm64."
}

variable "disk_gib" {
  type        = number
  default     = 50
  description = "Disk of a node."
}
