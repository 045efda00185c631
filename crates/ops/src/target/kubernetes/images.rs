//! What an image is: named by its digest, tried as a Job of the chart's pods before anything of it runs.

use super::Kubernetes;
use super::clone::numbers;
use crate::failed::Failed;
use crate::model::ids::ReleaseId;
use crate::model::release::{Artefact, Build, Release};

impl Kubernetes {
    /// The digest of an image of the environment's repository.
    ///
    /// # Errors
    /// When it is another one, or named without a digest.
    pub fn digest_of(&self, image: &str) -> Result<String, Failed> {
        let next =
            format!("name it `{}@sha256:…`; `docker buildx imagetools inspect` tells the digest", self.target.image);
        let Some((repository, digest)) = image.split_once("@sha256:") else {
            return Err(Failed::input(format!(
                "{image:?} has no digest: what a tag means changes, and a release must not"
            ))
            .next(next));
        };
        let name = repository.rsplit_once('/').map_or(repository, |(_, name)| name);
        let untagged =
            repository.strip_suffix(name).unwrap_or_default().to_owned() + name.split(':').next().unwrap_or(name);
        if untagged != self.target.image {
            let what = format!("{repository} is not the environment's repository, {}", self.target.image);
            return Err(Failed::input(what).next(next));
        }
        if digest.len() != 64 || !digest.chars().all(|letter| letter.is_ascii_hexdigit()) {
            return Err(Failed::input(format!("{digest:?} is no SHA-256")).next(next));
        }
        Ok(digest.to_lowercase())
    }

    /// What an image says about itself, and about the environment's database.
    ///
    /// # Errors
    /// As [`Jobs::examine`].
    pub async fn examine(&self, image: &str) -> Result<(Artefact, Result<Build, Failed>), Failed> {
        let digest = self.digest_of(image)?;
        self.jobs.examine(&self.template().await?, image, &digest).await
    }

    /// What the database says, by an image that ran here before; one of the chart's own may have no digest.
    ///
    /// # Errors
    /// As [`Jobs::examine`].
    pub async fn database(&self, artefact: &Artefact) -> Result<Build, Failed> {
        let image = artefact.path.display().to_string();
        self.jobs.examine(&self.template().await?, &image, &artefact.digest).await?.1
    }

    /// What the chart itself runs, before the first release of the tool.
    ///
    /// # Errors
    /// When the cluster does not tell, or the image can't be tried.
    pub async fn installed_by_chart(&self) -> Result<Option<Release>, Failed> {
        let template = self.template().await?;
        if numbers(&template.object).is_empty() {
            return Ok(None);
        }
        let image = template.image();
        let digest = image.split_once("@sha256:").map(|(_, digest)| digest.to_owned()).unwrap_or_default();
        let (artefact, _) = self.jobs.examine(&template, &image, &digest).await?;
        Ok(Some(Release { id: ReleaseId(0), artefact, branch: None }))
    }
}
