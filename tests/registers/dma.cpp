// SPDX-License-Identifier: Apache-2.0
#include "tests/registers/dma.h"

namespace npusim::registers {

DmaReader::DmaReader(const sc_core::sc_module_name& name, isa::Unit unit, Context& context,
                     Clock& clock, Semaphores& semaphores, DramPort& dram, Port& port,
                     std::size_t place)
    : Unit(name, unit, context, clock, semaphores),
      to_weights_(unit == isa::Unit::dma_weights),
      dram_(dram),
      port_(port),
      place_(place) {
  clocked();
}

void DmaReader::on_request() {
  port_.request(place_, !in_flight_.empty() && in_flight_.front().arrived);
}

void DmaReader::start(std::size_t instruction) {
  issuing_ = true;
  instruction_ = instruction;
  bursts_ = BurstCounter(std::get<isa::Dma>(context_.program.instructions[instruction].fields),
                         context_.hardware.dma.burst_bytes);
}

std::optional<stats::Activity> DmaReader::on_control() {
  const bool data_there = !in_flight_.empty() && in_flight_.front().arrived;
  const bool in_work = issuing_ || !in_flight_.empty();
  const bool granted = port_.granted(place_);
  const bool room =
      static_cast<std::int64_t>(in_flight_.size()) < context_.hardware.dma.outstanding_requests;
  if (granted) write_access();
  if (issuing_ && room) issue();
  for (const std::uint64_t tag : dram_.completing) {
    for (InFlight& flight : in_flight_) {
      if (flight.tag == tag) flight.arrived = true;
    }
  }
  if (granted) return stats::Activity::busy;
  if (data_there) return stats::Activity::port;
  if (in_work) return stats::Activity::dram;
  return std::nullopt;
}

void DmaReader::issue() {
  InFlight flight;
  flight.burst = bursts_.next();
  flight.instruction = instruction_;
  flight.tag = next_tag_++;
  flight.accesses_left =
      to_weights_ ? context_.weight_writes(flight.burst.local_address, flight.burst.bytes)
                  : context_.activation_writes(flight.burst.local_address, flight.burst.bytes);
  issuing_ = !flight.burst.last;
  DramRequest request;
  request.address = flight.burst.dram_address;
  request.bytes = flight.burst.bytes;
  request.granule_bytes = context_.hardware.dma.burst_bytes;
  request.tag = flight.tag;
  dram_.requests.push(std::move(request));
  in_flight_.push_back(flight);
}

/// One access of the oldest burst; its bytes are there with the last one.
void DmaReader::write_access() {
  InFlight& flight = in_flight_.front();
  if (--flight.accesses_left > 0) return;
  std::uint8_t* local = to_weights_ ? context_.weights.data() + flight.burst.local_address
                                    : reinterpret_cast<std::uint8_t*>(context_.activations.data()) +
                                          flight.burst.local_address;
  context_.dram.read(flight.burst.dram_address, local,
                     static_cast<std::size_t>(flight.burst.bytes));
  if (flight.burst.last) finish(flight.instruction);
  in_flight_.pop_front();
}

DmaWriter::DmaWriter(const sc_core::sc_module_name& name, Context& context, Clock& clock,
                     Semaphores& semaphores, DramPort& dram, Port& port)
    : Unit(name, isa::Unit::dma_out, context, clock, semaphores), dram_(dram), port_(port) {
  clocked();
}

void DmaWriter::start(std::size_t instruction) {
  reading_ = true;
  transfers_.push_back({instruction, 0, false});
  bursts_ = BurstCounter(std::get<isa::Dma>(context_.program.instructions[instruction].fields),
                         context_.hardware.dma.burst_bytes);
}

void DmaWriter::on_request() {
  const bool room = unretired_ < context_.hardware.dma.outstanding_requests;
  wants_ = accesses_left_ > 0 || ((reading_ || starts()) && room);
  port_.request(activation_port::dma_out, wants_);
}

std::optional<stats::Activity> DmaWriter::on_control() {
  const bool in_work = !transfers_.empty();
  const bool granted = port_.granted(activation_port::dma_out);
  if (decoding_) dram_.requests.push(std::move(*decoding_));
  decoding_.reset();
  if (wants_ && accesses_left_ == 0) {
    burst_ = bursts_.next();
    accesses_left_ = context_.activation_accesses(burst_.local_address, burst_.bytes);
    ++unretired_;
    ++transfers_.back().unretired;
  }
  if (granted) read_access();
  for (const std::uint64_t instruction : dram_.completing) retire(instruction);
  while (!transfers_.empty() && transfers_.front().read && transfers_.front().unretired == 0) {
    finish(transfers_.front().instruction);
    transfers_.pop_front();
  }
  if (granted) return stats::Activity::busy;
  if (wants_) return stats::Activity::port;
  if (in_work) return stats::Activity::dram;
  return std::nullopt;
}

void DmaWriter::read_access() {
  if (--accesses_left_ > 0) return;
  DramRequest request;
  request.is_write = true;
  request.address = burst_.dram_address;
  request.bytes = burst_.bytes;
  request.granule_bytes = context_.hardware.dma.burst_bytes;
  request.tag = transfers_.back().instruction;
  const auto* local =
      reinterpret_cast<const std::uint8_t*>(context_.activations.data()) + burst_.local_address;
  request.data.assign(local, local + burst_.bytes);
  if (context_.decodes_activations()) {
    decoding_ = std::move(request);
  } else {
    dram_.requests.push(std::move(request));
  }
  if (burst_.last) {
    transfers_.back().read = true;
    reading_ = false;
  }
}

void DmaWriter::retire(std::uint64_t instruction) {
  --unretired_;
  for (Transfer& transfer : transfers_) {
    if (transfer.instruction == instruction) --transfer.unretired;
  }
}

}  // namespace npusim::registers
