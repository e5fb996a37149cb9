#include "tests/kit/connect.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

namespace nightshift::tests {

int connect_to(const std::string& host, const std::string& port) {
    addrinfo wanted{}, *found = nullptr;
    wanted.ai_socktype = SOCK_STREAM;
    if (::getaddrinfo(host.c_str(), port.c_str(), &wanted, &found) != 0) return -1;
    const int fd = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool connected = ::connect(fd, found->ai_addr, found->ai_addrlen) == 0;
    ::freeaddrinfo(found);
    if (connected) return fd;
    ::close(fd);
    return -1;
}

}  // namespace nightshift::tests
