// Poco starts OpenSSL with its first user and ends it with the last; threads in which one leaves while another comes
// get in each other's way. So the program itself is a user for as long as it runs. Included by whatever uses
// Poco::Crypto.
#pragma once

#include <Poco/Crypto/OpenSSLInitializer.h>

namespace nightshift::core::secret {

inline const Poco::Crypto::OpenSSLInitializer kKeepsOpenSsl;  // NOLINT(cert-err58-cpp): without it nothing works

}  // namespace nightshift::core::secret
