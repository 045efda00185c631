//! A cluster of this test run: etcd, API server, controllers. They end with the process that started them.

use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use kube::{Client, Config};
use tempfile::TempDir;
use tokio::runtime::Runtime;

const READY_WITHIN: Duration = Duration::from_secs(90);
pub const ADMIN: &str = "token-of-the-admin";
pub const OPERATOR: &str = "token-of-the-operator";
pub const STRANGER: &str = "token-of-a-stranger";
/// Controllers that releases depend on. Without those for nodes: there are none.
const CONTROLLERS: &str = "deployment-controller,replicaset-controller,job-controller,garbage-collector-controller,\
                           namespace-controller,resourcequota-controller,horizontal-pod-autoscaler-controller";

pub struct Server {
    folder: TempDir,
    pub tools: PathBuf,
    pub port: u16,
    etcd_port: u16,
    pub runtime: Runtime,
    api: Mutex<Option<Kept>>,
    others: Mutex<Vec<Kept>>,
}

/// A process that is killed when this one has ended, however it ended: its keeper waits for the end of its input.
pub struct Kept {
    keeper: Child,
    _input: ChildStdin,
}

impl Kept {
    pub fn start(log: &Path, program: &Path, arguments: &[String]) -> Self {
        let file = std::fs::File::create(log).unwrap();
        let script = r#""$@" </dev/null & child=$!; read -r end; kill -9 $child; wait $child 2>/dev/null"#;
        let mut command = Command::new("sh");
        command.args(["-c", script, "kept"]).arg(program).args(arguments).stdin(Stdio::piped());
        let mut keeper = command.stdout(file.try_clone().unwrap()).stderr(file).spawn().unwrap();
        let input = keeper.stdin.take().unwrap();
        Self { keeper, _input: input }
    }

    /// Kills it, and waits for its end.
    pub fn kill(self) {
        let Self { mut keeper, _input: input } = self;
        drop(input);
        keeper.wait().unwrap();
    }
}

/// The cluster; none where its programs are missing, which is said.
pub fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    SERVER.get_or_init(start).as_ref()
}

pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A program on the path.
pub fn which(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&path).chain(["/usr/bin".into(), "/usr/sbin".into()]);
    places.map(|folder| folder.join(name)).find(|file| file.is_file())
}

fn start() -> Option<Server> {
    let tools = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../kube-tools/bin");
    let there = tools.join("kube-apiserver").is_file() && tools.join("kube-controller-manager").is_file();
    if !there || which("etcd").is_none() {
        println!(
            "skip: no etcd, or no API server (scripts/kube-tools.sh builds it): releases in a cluster are not tested"
        );
        return None;
    }
    let folder = tempfile::Builder::new().prefix("cluster").tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (port, etcd_port) = (free_port(), free_port());
    let server = Server { folder, tools, port, etcd_port, runtime, api: Mutex::default(), others: Mutex::default() };
    server.start_etcd();
    let key = server.path("accounts.key");
    let made = Command::new("openssl").args(["genrsa", "-out", &key, "2048"]).stderr(Stdio::null()).status().unwrap();
    assert!(made.success());
    let tokens = format!(
        "{ADMIN},admin,1,\"system:masters\"\n{OPERATOR},operator,2,\"raally-deployers\"\n{STRANGER},stranger,3,\"nobody\"\n"
    );
    std::fs::write(server.path("tokens.csv"), tokens).unwrap();
    std::fs::write(server.path("admin.yaml"), server.kubeconfig(ADMIN)).unwrap();
    server.start_api();
    let controllers = format!("--controllers={CONTROLLERS}");
    let config = format!("--kubeconfig={}", server.path("admin.yaml"));
    let fast = [
        "--leader-elect=false",
        "--secure-port=0",
        "--concurrent-deployment-syncs=2",
        "--horizontal-pod-autoscaler-sync-period=1s",
    ]
    .map(str::to_owned);
    let arguments: Vec<String> = [controllers, config].into_iter().chain(fast).collect();
    let kept = Kept::start(&server.log("controllers"), &server.tools.join("kube-controller-manager"), &arguments);
    server.others.lock().unwrap().push(kept);
    Some(server)
}

impl Server {
    pub fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    pub fn log(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("{name}.log"))
    }

    fn start_etcd(&self) {
        let url = format!("http://127.0.0.1:{}", self.etcd_port);
        let arguments = [
            format!("--data-dir={}", self.path("etcd")),
            format!("--listen-client-urls={url}"),
            format!("--advertise-client-urls={url}"),
            format!("--listen-peer-urls=http://127.0.0.1:{}", free_port()),
            "--log-level=error".to_owned(),
        ];
        let kept = Kept::start(&self.log("etcd"), &which("etcd").unwrap(), &arguments);
        self.others.lock().unwrap().push(kept);
    }

    /// Starts the API server, and waits until it is ready.
    pub fn start_api(&self) {
        let arguments = [
            format!("--etcd-servers=http://127.0.0.1:{}", self.etcd_port),
            format!("--cert-dir={}", self.path("certificates")),
            format!("--secure-port={}", self.port),
            "--bind-address=127.0.0.1".to_owned(),
            "--service-cluster-ip-range=10.0.0.0/16".to_owned(),
            format!("--service-account-key-file={}", self.path("accounts.key")),
            format!("--service-account-signing-key-file={}", self.path("accounts.key")),
            "--service-account-issuer=https://cluster.test".to_owned(),
            format!("--token-auth-file={}", self.path("tokens.csv")),
            "--authorization-mode=RBAC".to_owned(),
            "--disable-admission-plugins=ServiceAccount,TaintNodesByCondition".to_owned(),
            "--kubelet-preferred-address-types=InternalIP".to_owned(),
        ];
        let kept = Kept::start(&self.log("api"), &self.tools.join("kube-apiserver"), &arguments);
        *self.api.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
        let deadline = Instant::now() + READY_WITHIN;
        while !self.runtime.block_on(self.is_ready()) {
            let log = || std::fs::read_to_string(self.log("api")).unwrap_or_default();
            assert!(Instant::now() < deadline, "the API server does not get ready: {}", log());
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    async fn is_ready(&self) -> bool {
        let request = http::Request::get("/readyz").body(Vec::new()).unwrap();
        self.client().await.request_text(request).await.is_ok_and(|text| text == "ok")
    }

    pub fn kill_api(&self) {
        self.api.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap().kill();
    }

    /// With every right.
    pub async fn client(&self) -> Client {
        let file = kube::config::Kubeconfig::from_yaml(&self.kubeconfig(ADMIN)).unwrap();
        let config = Config::from_custom_kubeconfig(file, &Default::default()).await.unwrap();
        Client::try_from(config).unwrap()
    }

    pub fn kubeconfig(&self, token: &str) -> String {
        format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: test\n\
             clusters: [{{name: test, cluster: {{server: \"https://127.0.0.1:{}\", insecure-skip-tls-verify: true}}}}]\n\
             users: [{{name: test, user: {{token: {token}}}}}]\n\
             contexts: [{{name: test, context: {{cluster: test, user: test}}}}]\n",
            self.port
        )
    }
}
