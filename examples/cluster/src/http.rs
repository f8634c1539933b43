//! One question to one of the processes.

use std::{io, net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// How long an answer may take.
const ANSWERS: Duration = Duration::from_secs(2);

/// What is answered to a `GET`, without its head.
///
/// # Errors
/// Nobody answers, or it is no answer of HTTP.
pub(crate) async fn get(address: SocketAddr, path: &str) -> io::Result<String> {
    let answer = timeout(ANSWERS, ask(address, path)).await??;
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned());
    body.ok_or_else(|| io::Error::other(format!("{address} does not answer in HTTP")))
}

async fn ask(address: SocketAddr, path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET {path} HTTP/1.0\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}
