# Images: a tag is never moved, everything is scanned when it is pushed, old ones go.

resource "aws_ecr_repository" "this" {
  for_each             = toset(["raally", "raallyctl"])
  name                 = "${var.prefix}/${each.key}"
  image_tag_mutability = "IMMUTABLE"

  image_scanning_configuration {
    scan_on_push = true
  }

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = var.kms_key_arn
  }
}

resource "aws_ecr_lifecycle_policy" "this" {
  for_each   = aws_ecr_repository.this
  repository = each.value.name
  policy = jsonencode({
    rules = [
      {
        rulePriority = 1
        description  = "What has no tag goes after a week"
        selection    = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 7 }
        action       = { type = "expire" }
      },
      {
        rulePriority = 2
        description  = "Of builds of the main branch the last 50 stay"
        selection    = { tagStatus = "tagged", tagPrefixList = ["main-"], countType = "imageCountMoreThan", countNumber = 50 }
        action       = { type = "expire" }
      },
    ]
  })
}

data "aws_iam_policy_document" "push" {
  statement {
    sid = "PushByPipelines"
    actions = [
      "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:DescribeImages",
      "ecr:DescribeImageScanFindings", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart",
    ]
    principals {
      type        = "AWS"
      identifiers = var.push_role_arns
    }
  }
}

resource "aws_ecr_repository_policy" "this" {
  for_each   = length(var.push_role_arns) > 0 ? aws_ecr_repository.this : {}
  repository = each.value.name
  policy     = data.aws_iam_policy_document.push.json
}
