//! The way from a node to the NATS server: a TCP proxy that can be made to hang, or be cut.

use std::{io, net::SocketAddr};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    select,
    sync::watch,
    task::JoinHandle,
};

/// How the way is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// All goes through.
    Open,
    /// Nothing goes through, and nobody is told: connections stay, and what is sent waits.
    Hanging,
    /// Connections are closed, and new ones are closed at once.
    Cut,
}

/// A way to a server. It is gone, with its connections, when this is.
#[derive(Debug)]
pub struct Link {
    address: SocketAddr,
    way: watch::Sender<Way>,
    task: JoinHandle<()>,
}

impl Link {
    /// An open way to there.
    ///
    /// # Errors
    /// There is no address to listen at.
    pub async fn to(server: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let (address, way) = (listener.local_addr()?, watch::Sender::new(Way::Open));
        let task = tokio::spawn(take(listener, server, way.subscribe()));
        Ok(Self { address, way, task })
    }

    /// Where it is reached.
    pub fn url(&self) -> String {
        format!("nats://{}", self.address)
    }

    /// Makes the way so.
    pub fn set(&self, way: Way) {
        self.way.send_replace(way);
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn take(listener: TcpListener, server: SocketAddr, way: watch::Receiver<Way>) {
    while let Ok((near, _)) = listener.accept().await {
        if *way.borrow() != Way::Cut {
            tokio::spawn(carry(near, server, way.clone()));
        }
    }
}

/// Carries both directions until either ends, or the way is cut.
async fn carry(near: TcpStream, server: SocketAddr, mut way: watch::Receiver<Way>) {
    let (there, back) = (way.clone(), way.clone());
    let carried = async {
        // Closing the near side tells whoever came that nobody is there.
        let Ok(far) = TcpStream::connect(server).await else { return };
        let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
        select! {
            () = pump(near_in, far_out, there) => {}
            () = pump(far_in, near_out, back) => {}
        }
    };
    select! {
        () = carried => {}
        _ = way.wait_for(|way| *way == Way::Cut) => {}
    }
}

async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut way: watch::Receiver<Way>) {
    let mut buffer = vec![0; 64 << 10];
    loop {
        // Nothing is read while it hangs, so that whoever sends notices when the buffers are full, and no sooner.
        if way.wait_for(|way| *way == Way::Open).await.is_err() {
            return;
        }
        let read = select! {
            read = from.read(&mut buffer) => read,
            _ = way.changed() => continue,
        };
        let Ok(length @ 1..) = read else { return };
        if to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    /// A server that says back whatever it is told.
    async fn echo() -> SocketAddr {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (mut from, mut to) = stream.into_split();
                tokio::spawn(async move { tokio::io::copy(&mut from, &mut to).await });
            }
        });
        address
    }

    async fn say(stream: &mut TcpStream, word: &[u8; 4]) -> Option<io::Result<[u8; 4]>> {
        stream.write_all(word).await.ok()?;
        hear(stream).await
    }

    /// `None` if nothing comes.
    async fn hear(stream: &mut TcpStream) -> Option<io::Result<[u8; 4]>> {
        let mut heard = [0; 4];
        let read = timeout(Duration::from_millis(200), stream.read_exact(&mut heard)).await.ok()?;
        Some(read.map(|_| heard))
    }

    #[tokio::test]
    async fn what_hangs_comes_later_and_what_is_cut_is_closed() {
        let link = Link::to(echo().await).await.unwrap();
        let mut stream = TcpStream::connect(link.address).await.unwrap();
        assert_eq!(say(&mut stream, b"word").await.unwrap().unwrap(), *b"word");
        link.set(Way::Hanging);
        assert!(say(&mut stream, b"late").await.is_none());
        link.set(Way::Open);
        assert_eq!(hear(&mut stream).await.unwrap().unwrap(), *b"late");
        link.set(Way::Cut);
        assert!(hear(&mut stream).await.unwrap().is_err(), "it is closed");
        let mut refused = TcpStream::connect(link.address).await.unwrap();
        assert!(hear(&mut refused).await.unwrap().is_err(), "so is a new one");
        link.set(Way::Open);
        let mut again = TcpStream::connect(link.address).await.unwrap();
        assert_eq!(say(&mut again, b"back").await.unwrap().unwrap(), *b"back");
    }
}
