# Environment prod.
#
# What it costs a month, roughly, in US dollars of November 2026 list prices of eu-central-1; look before you rely on it:
# cluster 73 · three to nine m7g.large 215 to 645 · three NAT gateways 105 · endpoints 160 · database, two zones, with a
# replica in two zones 540 · load balancer, CDN, firewall 100 · logs, keys, backups, copies 200: about 1,400 to 1,800.

terraform {
  # Made by ../../bootstrap. The lock is a file beside the state.
  backend "s3" {
    bucket       = "raally-terraform-state"
    key          = "prod/terraform.tfstate"
    region       = "eu-central-1"
    encrypt      = true
    kms_key_id   = "alias/raally-terraform-state"
    use_lockfile = true
  }
}

locals {
  settings = {
    environment  = "prod"
    cidr         = "10.0.0.0/16"
    domain       = "raally.example"
    nat_per_zone = true
    general      = { types = ["m7g.large"], min = 3, max = 9 }
    spot         = { types = ["m7g.large", "m6g.large", "c7g.xlarge"], min = 0, max = 6 }
    database     = { instance_class = "db.m7g.large", storage_gib = 100, multi_az = true, replica = true }
    backup_days  = 30
    budget_usd   = 1900
  }
}
