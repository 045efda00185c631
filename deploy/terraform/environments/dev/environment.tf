# Environment dev.
#
# What it costs a month, roughly, in US dollars of November 2026 list prices of eu-central-1; look before you rely on it:
# cluster 73 · three t4g.large 170 · one NAT gateway 35 · endpoints 160 · database, one zone 60 · load balancer, CDN,
# firewall 45 · logs, keys, backups 40: about 580. Cheaper: fewer endpoints, nodes switched off at night.

terraform {
  # Made by ../../bootstrap. The lock is a file beside the state.
  backend "s3" {
    bucket       = "raally-terraform-state"
    key          = "dev/terraform.tfstate"
    region       = "eu-central-1"
    encrypt      = true
    kms_key_id   = "alias/raally-terraform-state"
    use_lockfile = true
  }
}

locals {
  settings = {
    environment  = "dev"
    cidr         = "10.10.0.0/16"
    domain       = "dev.raally.example"
    nat_per_zone = false
    general      = { types = ["t4g.large"], min = 3, max = 4 }
    spot         = { types = ["t4g.large", "m7g.large"], min = 0, max = 3 }
    database     = { instance_class = "db.t4g.medium", storage_gib = 20, multi_az = false, replica = false }
    backup_days  = 3
    budget_usd   = 700
  }
}
