# Environment uat.
#
# What it costs a month, roughly, in US dollars of November 2026 list prices of eu-central-1; look before you rely on it:
# cluster 73 · three m7g.large 215 · three NAT gateways 105 · endpoints 160 · database, two zones 270 · load balancer,
# CDN, firewall 60 · logs, keys, backups 80: about 960.

terraform {
  # Made by ../../bootstrap. The lock is a file beside the state.
  backend "s3" {
    bucket       = "raally-terraform-state"
    key          = "uat/terraform.tfstate"
    region       = "eu-central-1"
    encrypt      = true
    kms_key_id   = "alias/raally-terraform-state"
    use_lockfile = true
  }
}

locals {
  settings = {
    environment  = "uat"
    cidr         = "10.20.0.0/16"
    domain       = "uat.raally.example"
    nat_per_zone = true
    general      = { types = ["m7g.large"], min = 3, max = 9 }
    spot         = { types = ["m7g.large", "m6g.large"], min = 0, max = 6 }
    database     = { instance_class = "db.m7g.large", storage_gib = 100, multi_az = true, replica = false }
    backup_days  = 7
    budget_usd   = 1300
  }
}
