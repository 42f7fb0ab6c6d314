//! What a module may ask of the proxy: the calls of ABI 0.2.1 and of WASI, a file per concern.

mod buffers;
mod callouts;
mod contexts;
mod foreign;
mod log;
mod maps;
mod memory;
mod metrics;
mod properties;
mod questions;
mod queues;
mod shared_data;
mod streams;
mod time;
mod wasi;

use wasmi::{Caller, Error, Val};

use crate::guest::Guest;
use crate::{Import, Status};

pub(crate) use memory::Call;

/// A call: arguments in, results into the module's memory, a status.
pub(crate) type Perform = fn(&mut Call<'_, '_>) -> Result<(), Status>;

/// The call that a module imports by this name.
pub(crate) fn find(import: &Import) -> Option<Perform> {
    match import.module.as_str() {
        "env" => find_hostcall(&import.name),
        "wasi_snapshot_preview1" => wasi::find(&import.name),
        _ => None,
    }
}

fn find_hostcall(name: &str) -> Option<Perform> {
    let perform: Perform = match name {
        "proxy_log" => log::log,
        "proxy_get_log_level" => log::log_level,
        "proxy_get_current_time_nanoseconds" => time::now,
        "proxy_set_tick_period_milliseconds" => time::set_tick_period,
        "proxy_get_buffer_bytes" => buffers::get,
        "proxy_set_buffer_bytes" => buffers::set,
        "proxy_get_header_map_pairs" => maps::pairs,
        "proxy_set_header_map_pairs" => maps::set_pairs,
        "proxy_get_header_map_value" => maps::value,
        "proxy_replace_header_map_value" => maps::replace,
        "proxy_add_header_map_value" => maps::add,
        "proxy_remove_header_map_value" => maps::remove,
        "proxy_get_property" => properties::get,
        "proxy_set_property" => properties::set,
        "proxy_get_shared_data" => shared_data::get,
        "proxy_set_shared_data" => shared_data::set,
        "proxy_register_shared_queue" => queues::register,
        "proxy_resolve_shared_queue" => queues::resolve,
        "proxy_enqueue_shared_queue" => queues::enqueue,
        "proxy_dequeue_shared_queue" => queues::dequeue,
        "proxy_continue_stream" => streams::go_on,
        "proxy_close_stream" => streams::close,
        "proxy_send_local_response" => streams::reply,
        "proxy_http_call" => callouts::start,
        "proxy_grpc_call" => questions::start,
        "proxy_grpc_stream" | "proxy_grpc_send" => questions::no_stream,
        "proxy_grpc_cancel" | "proxy_grpc_close" => questions::no_stream,
        "proxy_get_status" => callouts::status,
        "proxy_set_effective_context" => contexts::speak_for,
        "proxy_done" => contexts::done,
        "proxy_call_foreign_function" => foreign::call,
        "proxy_define_metric" => metrics::define,
        "proxy_get_metric" => metrics::get,
        "proxy_record_metric" => metrics::record,
        "proxy_increment_metric" => metrics::increment,
        _ => return None,
    };
    Some(perform)
}

/// The call as the interpreter makes it. A fault of the test comes before anything else.
pub(crate) fn performer(
    name: String,
    perform: Perform,
) -> impl Fn(Caller<'_, Guest>, &[Val], &mut [Val]) -> Result<(), Error> + Send + Sync + 'static {
    move |mut caller, arguments, results| {
        let status = match caller.data_mut().faults.answer(&name) {
            Some(status) => status,
            None => perform(&mut Call::new(&mut caller, arguments)).err().unwrap_or(Status::OK),
        };
        match results {
            [result] => *result = Val::I32(status.0.cast_signed()),
            // `proc_exit` and nothing else comes without a result, and does not come back.
            _ => return Err(Error::i32_exit(status.0.cast_signed())),
        }
        Ok(())
    }
}
