/* Debian's Orthanc listens on every address and cannot be told otherwise ("HttpBindAddresses" is
   newer). Preloaded, this puts its servers on the loopback; the one port that LISTEN_EVERYWHERE
   names, where modalities elsewhere send to, stays open to all. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

typedef int (*bind_function)(int, const struct sockaddr *, socklen_t);

/* Port 0 is a client's: the kernel chooses one, and nobody connects to it. */
static int is_inner(in_port_t port)
{
    const char *open = getenv("LISTEN_EVERYWHERE");
    return port != 0 && (open == NULL || atoi(open) != ntohs(port));
}

int bind(int socket, const struct sockaddr *address, socklen_t length)
{
    bind_function original = (bind_function)dlsym(RTLD_NEXT, "bind");
    if (address->sa_family == AF_INET && length >= sizeof(struct sockaddr_in)) {
        struct sockaddr_in inner;
        memcpy(&inner, address, sizeof inner);
        if (inner.sin_addr.s_addr == htonl(INADDR_ANY) && is_inner(inner.sin_port)) {
            inner.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            return original(socket, (struct sockaddr *)&inner, sizeof inner);
        }
    }
    if (address->sa_family == AF_INET6 && length >= sizeof(struct sockaddr_in6)) {
        struct sockaddr_in6 inner;
        memcpy(&inner, address, sizeof inner);
        if (IN6_IS_ADDR_UNSPECIFIED(&inner.sin6_addr) && is_inner(inner.sin6_port)) {
            inner.sin6_addr = in6addr_loopback;
            return original(socket, (struct sockaddr *)&inner, sizeof inner);
        }
    }
    return original(socket, address, length);
}
