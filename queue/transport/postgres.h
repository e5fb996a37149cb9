// The transport without a broker: what is dispatched in PostgreSQL is the hint. Normal on a single machine without
// RabbitMQ, and where the other transport falls back to while its broker is away.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>

#include "core/pg/pg.h"
#include "queue/transport/transport.h"

namespace nightshift::queue {

/// Publishers signal consumers of the same process at once; others look every 100 ms.
std::unique_ptr<Transport> postgres_transport(core::pg::Pool& pool);

}  // namespace nightshift::queue
