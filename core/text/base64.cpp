#include "core/text/base64.h"

#include <Poco/Base64Decoder.h>
#include <Poco/Base64Encoder.h>

#include <sstream>

namespace nightshift::core::text {
namespace {

constexpr int kForm = Poco::BASE64_URL_ENCODING | Poco::BASE64_NO_PADDING;

}  // namespace

std::string base64url(std::string_view bytes) {
    std::ostringstream out;
    Poco::Base64Encoder encoder(out, kForm);
    encoder.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    encoder.close();
    return out.str();
}

std::string from_base64url(std::string_view text) {
    std::istringstream in{std::string(text)};
    Poco::Base64Decoder decoder(in, kForm);
    // By hand: a text made from iterators leaks what it holds when one of them throws (libstdc++ 12).
    std::string bytes;
    auto& buffer = *decoder.rdbuf();
    for (int byte = buffer.sbumpc(); byte != std::char_traits<char>::eof(); byte = buffer.sbumpc())
        bytes += static_cast<char>(byte);
    return bytes;
}

std::string base64(std::string_view bytes) {
    std::ostringstream out;
    Poco::Base64Encoder encoder(out);
    encoder.rdbuf()->setLineLength(0);
    encoder.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    encoder.close();
    return out.str();
}

std::string from_base64(std::string_view text) {
    std::istringstream in{std::string(text)};
    Poco::Base64Decoder decoder(in);
    return {std::istreambuf_iterator<char>(decoder), {}};
}

}  // namespace nightshift::core::text
