# What stands between the world and the mesh, against mocked providers.

mock_provider "aws" {
  override_during = plan
  mock_resource "aws_acm_certificate" {
    defaults = {
      arn                       = "arn:aws:acm:eu-central-1:123456789012:certificate/2"
      domain_validation_options = []
    }
  }
}

mock_provider "aws" {
  alias           = "global"
  override_during = plan
  mock_resource "aws_acm_certificate" {
    defaults = {
      arn                       = "arn:aws:acm:us-east-1:123456789012:certificate/1"
      domain_validation_options = []
    }
  }
}

variables {
  name                      = "raally-prod"
  domain                    = "raally.example"
  zone_id                   = "Z1"
  vpc_id                    = "vpc-1"
  public_subnet_ids         = ["subnet-1", "subnet-2", "subnet-3"]
  cluster_security_group_id = "sg-1"
  log_bucket                = "raally-prod-logs-123456789012"
}

run "the_firewall_is_in_front_and_the_load_balancer_answers_the_cdn_alone" {
  command = plan

  assert {
    condition     = toset([for one in aws_wafv2_web_acl.this.rule : one.name]) == toset(["rate", "AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesKnownBadInputsRuleSet", "AWSManagedRulesCommonRuleSet"])
    error_message = "a limit for each address, and AWS's lists"
  }
  assert {
    condition     = aws_vpc_security_group_ingress_rule.cdn.from_port == 443 && aws_vpc_security_group_ingress_rule.cdn.cidr_ipv4 == null && aws_vpc_security_group_ingress_rule.cdn.prefix_list_id != null
    error_message = "HTTPS from the CDN's addresses and from nowhere else"
  }
  assert {
    condition     = aws_lb.this.drop_invalid_header_fields && aws_lb.this.desync_mitigation_mode == "strictest" && aws_lb.this.access_logs[0].enabled && aws_lb.this.enable_deletion_protection
    error_message = "hardened and logged"
  }
  assert {
    condition     = aws_cloudfront_distribution.this.default_cache_behavior[0].viewer_protocol_policy == "redirect-to-https" && aws_cloudfront_distribution.this.viewer_certificate[0].minimum_protocol_version == "TLSv1.2_2021"
    error_message = "TLS only"
  }
}
