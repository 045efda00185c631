variable "repository" {
  type        = string
  default     = "raally/raally"
  description = "The repository on GitHub whose jobs may push images."
}
