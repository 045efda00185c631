# What Prometheus inside the cluster can't see or can't tell when the cluster itself is gone: the database service, the
# load balancer, and money.

data "aws_caller_identity" "here" {}

resource "aws_sns_topic" "alarms" {
  name              = "${var.name}-alarms"
  kms_master_key_id = var.kms_key_arn
}

resource "aws_sns_topic_subscription" "mail" {
  for_each  = toset(var.mail)
  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = each.key
}

data "aws_iam_policy_document" "alarms" {
  statement {
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alarms.arn]
    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com", "budgets.amazonaws.com", "backup.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.here.account_id]
    }
  }
}

resource "aws_sns_topic_policy" "alarms" {
  arn    = aws_sns_topic.alarms.arn
  policy = data.aws_iam_policy_document.alarms.json
}

resource "aws_cloudwatch_log_group" "application" {
  name              = "/raally/${var.name}/application"
  retention_in_days = 365
  kms_key_id        = var.kms_key_arn
}

locals {
  database = {
    processor   = { metric = "CPUUtilization", above = 85, minutes = 15, what = "The database's processor is busy" }
    connections = { metric = "DatabaseConnections", above = var.connections_max * 0.85, minutes = 5, what = "The database runs out of connections" }
    latency     = { metric = "WriteLatency", above = 0.05, minutes = 10, what = "The database's disk writes slowly" }
    queue       = { metric = "DiskQueueDepth", above = 64, minutes = 10, what = "The database's disk is behind" }
  }
  shrinking = {
    storage = { metric = "FreeStorageSpace", below = 10 * 1024 * 1024 * 1024, what = "The database's disk is nearly full" }
    memory  = { metric = "FreeableMemory", below = 256 * 1024 * 1024, what = "The database is short of memory" }
    credit  = { metric = "EBSByteBalance%", below = 20, what = "The database's disk has nearly used up its burst" }
  }
}

resource "aws_cloudwatch_metric_alarm" "database" {
  for_each            = local.database
  alarm_name          = "${var.name}-database-${each.key}"
  alarm_description   = "${each.value.what}. docs/runbooks/raally-database-slow.md"
  namespace           = "AWS/RDS"
  metric_name         = each.value.metric
  dimensions          = { DBInstanceIdentifier = var.database_identifier }
  statistic           = "Average"
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.above
  period              = 60
  evaluation_periods  = each.value.minutes
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

resource "aws_cloudwatch_metric_alarm" "shrinking" {
  for_each            = local.shrinking
  alarm_name          = "${var.name}-database-${each.key}"
  alarm_description   = "${each.value.what}. docs/runbooks/raally-database-unhealthy.md"
  namespace           = "AWS/RDS"
  metric_name         = each.value.metric
  dimensions          = { DBInstanceIdentifier = var.database_identifier }
  statistic           = "Minimum"
  comparison_operator = "LessThanThreshold"
  threshold           = each.value.below
  period              = 300
  evaluation_periods  = 2
  treat_missing_data  = "missing"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

# The load balancer's own view, when nothing in the cluster is left to tell.
resource "aws_cloudwatch_metric_alarm" "edge" {
  alarm_name          = "${var.name}-edge-errors"
  alarm_description   = "The load balancer answers 5xx by itself: nothing behind it does. docs/runbooks/raally-edge-probe-failing.md"
  namespace           = "AWS/ApplicationELB"
  metric_name         = "HTTPCode_ELB_5XX_Count"
  dimensions          = { LoadBalancer = var.load_balancer_suffix }
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 20
  period              = 60
  evaluation_periods  = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

resource "aws_budgets_budget" "month" {
  name         = "${var.name}-month"
  budget_type  = "COST"
  limit_amount = tostring(var.budget_usd)
  limit_unit   = "USD"
  time_unit    = "MONTHLY"

  cost_filter {
    name   = "TagKeyValue"
    values = [format("user:environment$%s", var.environment)]
  }

  dynamic "notification" {
    for_each = { ACTUAL = 80, FORECASTED = 100 }
    content {
      notification_type         = notification.key
      comparison_operator       = "GREATER_THAN"
      threshold                 = notification.value
      threshold_type            = "PERCENTAGE"
      subscriber_sns_topic_arns = [aws_sns_topic.alarms.arn]
    }
  }
}
