from runtime.engine cimport Engine
from runtime.machine.table cimport Table
from runtime.rowcode cimport Program, RowRunner

cdef double to_grid(double x, double step, double per_one, int way) noexcept nogil

cdef class Machine:
    # State, kept by `save`.
    cdef public double bar, day, day_equity, last_equity
    # Cash is the exact sum of all amounts, in three parts; `cash` is the nearest double to it.
    cdef public double cash, cash_low, cash_rest
    cdef public double size
    cdef public double mark  # last known close
    cdef public double peak
    cdef public double entries_today, orders_today, closed_trades, last_profit, last_exit_bar, largest
    cdef public double position_bar, position_inside, position_high, position_low
    cdef public double next_order, next_lot
    cdef public double stopped_day  # no entries on this day (daily loss)
    cdef public double stopped  # no entries any more (drawdown)
    cdef public double flatten  # the reason to close everything at the next open, or 0
    cdef public double ambiguous_bars, ambiguous_bar
    cdef public double turnover, commission, bars_held_total

    # What is resting and open, and the records.
    cdef readonly Table orders, lots, open_events, fill_rows, trade_rows, order_rows, event_rows, note_rows

    # The account and the instrument.
    cdef readonly object code, account, instrument
    cdef double capital, fee_share, fee_unit, fee_order, slip, slip_share, margin, pyramiding
    cdef double tick, ticks_per_one, lot, lots_per_one, multiplier, min_notional
    cdef bint allow_long, allow_short, opens_only, platform, targets_first
    cdef double max_daily_loss, max_drawdown, max_exposure, max_position, max_position_value
    cdef double max_order_value, max_positions, max_orders

    # The program.
    cdef int[::1] acts, cancels, exits, entries, notes, note_slots, note_starts, price_places, price_slots
    cdef int cancel_count, exit_count, entry_count, note_count, order_width, note_width
    cdef readonly RowRunner row
    cdef bint has_row, every_bar, daily
    cdef object price_runners
    cdef Program** prices
    cdef object _prices
    cdef double[::1] values, known, slot_values, frozen
    cdef double* values_at
    cdef double* known_at
    cdef double[::1] row_values
    cdef double* row_values_at
    cdef int row_load_count
    cdef int[::1] slot_row, slot_column
    cdef readonly int slot_count
    cdef bint given

    # The bar, and the columns of the chunk.
    cdef double o, h, l, c, equity_now, cash_now, size_now
    cdef Py_ssize_t at, base
    cdef bint by_limit
    cdef object _held_prices, _held_columns, _held_records, _columns, _row_loads, _records
    cdef double** columns  # one a slot
    cdef double** row_loads
    cdef double** records
    cdef double* opens
    cdef double* highs
    cdef double* lows
    cdef double* closes
    cdef long long* times
    cdef double* equities
    cdef bint has_times, has_equities
    cdef int[::1] fire_slots, record_slots
    cdef Py_ssize_t[::1] fire_next
    cdef int fire_count, record_count

    # What wakes the machine while it rests.
    cdef bint dirty, urgent, trailing
    cdef double upper, lower, due

    # Values at the close.
    cdef double slot(self, int k) noexcept nogil
    cdef double attached_price(self, int k, double entry, int side, double stop) noexcept nogil
    cdef bint freeze(self, int k) noexcept nogil
    cdef void know(self) noexcept nogil

    # Money.
    cdef void pay(self, double amount) noexcept nogil
    cdef double fee(self, double price, double quantity) noexcept nogil
    cdef double equity(self, double price) noexcept nogil
    cdef double slipped(self, int side, double price) noexcept nogil
    cdef double affordable(self, double quantity, double price) noexcept nogil

    # Lots.
    cdef void measure(self) noexcept nogil
    cdef void record_fill(self, double order, int place, int side, double quantity, double price, double fee, int reason, double action) noexcept nogil
    cdef double take_from(self, Py_ssize_t at, double rest) noexcept nogil
    cdef double close_lots(self, int side, double quantity, int tag, double price, int place, int reason, double order, double action) noexcept nogil
    cdef void close_lot(self, Py_ssize_t k, double raw, bint by_limit, int place, int reason) noexcept nogil
    cdef void record_trade(self, Py_ssize_t at, double quantity, double price, double fee, int place, int reason) noexcept nogil
    cdef void stretch(self) noexcept nogil
    cdef double tight(self, Py_ssize_t at) noexcept nogil

    # Orders.
    cdef void end_order(self, Py_ssize_t k, int end, double filled, double price) noexcept nogil
    cdef void log(self, int action, int cause) noexcept nogil
    cdef void drop_entries(self, int end) noexcept nogil
    cdef void rearm(self) noexcept nogil
    cdef double price_at_open(self, Py_ssize_t at) noexcept nogil
    cdef double price_inside(self, Py_ssize_t at) noexcept nogil
    cdef void fill_exit(self, Py_ssize_t k, double raw, int place) noexcept nogil
    cdef void fill_entry(self, Py_ssize_t k, double raw, int place) noexcept nogil
    cdef void count_order(self, double raw, int place) noexcept nogil

    # A bar.
    cdef void begin(self, long long time) noexcept nogil
    cdef void close_everything(self, double raw, int place, int reason) noexcept nogil
    cdef void at_the_open(self) noexcept nogil
    cdef void exits_at_the_open(self) noexcept nogil
    cdef void exits_inside(self) noexcept nogil
    cdef bint both_touched(self) noexcept nogil
    cdef void stops_inside(self) noexcept nogil
    cdef void targets_inside(self) noexcept nogil
    cdef void entries_inside(self) noexcept nogil
    cdef void expire_orders(self) noexcept nogil
    cdef void limits_at_the_close(self) noexcept nogil
    cdef void first_half(self) noexcept nogil
    cdef void move_trails(self) noexcept nogil
    cdef void second_half(self) noexcept nogil

    # Rules.
    cdef void cancel_orders(self, int action) noexcept nogil
    cdef void make_exit(self, int action) noexcept nogil
    cdef void make_entry(self, int action) noexcept nogil
    cdef double sized(self, int action, int side, double presumed, double stop) noexcept nogil
    cdef double capped(self, int action, int side, double quantity, double presumed) noexcept nogil
    cdef double held(self, int side, int tag) noexcept nogil
    cdef double reserved(self, int side) noexcept nogil
    cdef int refusal(self, int action, int side) noexcept nogil
    cdef double order_price(self, int slot, int kind, int side) noexcept nogil
    cdef Py_ssize_t place_order(self, int action, int entry, int side, int kind, double quantity, double price, double limit) noexcept nogil
    cdef void take_note(self, int action) noexcept nogil

    # Chunks.
    cdef Py_ssize_t next_fire(self, Py_ssize_t i, Py_ssize_t n) noexcept nogil
    cdef Py_ssize_t next_touch(self, Py_ssize_t i, Py_ssize_t n) noexcept nogil
    cdef void pass_over(self, Py_ssize_t i, Py_ssize_t n) noexcept nogil
    cdef void advance(self, Py_ssize_t start, Py_ssize_t n) noexcept nogil
