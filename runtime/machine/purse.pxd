from runtime.machine.layout cimport *
from runtime.machine.table cimport Table

cdef class Purse:
    cdef readonly object account, instrument
    cdef double capital, fee_share, maker_share, fee_unit, fee_order, slip, slip_share, margin, pyramiding
    cdef double tick, ticks_per_one, lot, lots_per_one, min_notional
    cdef double unit  # money per unit of price and quantity, in the currency of the prices
    cdef bint allow_long, allow_short
    cdef bint opens_only  # fills next_open_only
    cdef bint platform  # fills tradingview
    cdef bint path  # fills ohlc_path or tradingview
    cdef double max_daily_loss, max_drawdown, max_exposure, max_position, max_position_value
    cdef double max_order_value, max_positions, max_orders
    cdef bint daily  # a limit is on equity, which every bar changes
    cdef readonly bint has_rates  # prices are in another currency than the account
    cdef public double rate_open, rate_close  # what one unit of their currency is worth, known at this open and at this close
    # Of the account's other instruments, zero where there are none; runtime/portfolio sets them before this one acts.
    cdef public double others_value, others_gross, others_open, others_exposed, others_reserved

    # State: see core.STATE.
    cdef public double bar, day, day_equity, last_equity
    # Cash is the exact sum of all amounts, in three parts; `cash` is the nearest double to it.
    cdef public double cash, cash_low, cash_rest
    cdef public double size
    cdef public double multiplier  # account money per unit of price and quantity, now; NaN while no rate is known
    cdef public double mark_unit  # the multiplier at the last close; only with rates
    cdef public double mark  # last known close
    cdef public double peak
    cdef public double entries_today, orders_today, closed_trades, last_profit, last_exit_bar, largest
    cdef public double position_bar, position_inside, position_high, position_low
    cdef public double next_lot, turnover, commission
    cdef readonly Table lots, fill_rows, trade_rows
    # With rates, the multiplier of each fill, and of entry and exit of each trade.
    cdef readonly Table fill_units, trade_units
    # Where holding costs something: what was charged on each bar, and what each closed trade had paid.
    cdef readonly Table holding_rows, trade_holding
    cdef readonly bint has_holding

    # The bar.
    cdef double o, h, l, c
    cdef bint has_times
    cdef bint as_maker  # the fill at hand is of an order that rested at its limit, and pays the maker's share
    cdef double[::1] known  # facts at the close
    cdef public bint keeps  # records are kept whole, not only what figures are made of
    cdef bint dirty  # what the machine wakes for must be worked out again

    # What the traded prices of this bar were multiplied by to give those of the data; quantities were divided by it.
    cdef public double factor

    cdef double on_ticks(self, double price, int way) noexcept nogil
    cdef double on_lots(self, double quantity) noexcept nogil
    cdef void begin(self, long long time) noexcept nogil
    cdef void turn_to(self, double rate) noexcept nogil
    cdef void know(self) noexcept nogil
    cdef void pay(self, double amount) noexcept nogil
    cdef double fee(self, double price, double quantity) noexcept nogil
    cdef double equity(self, double price) noexcept nogil
    cdef double slipped(self, int side, double price) noexcept nogil
    cdef double affordable(self, double quantity, double price) noexcept nogil
    cdef void measure(self) noexcept nogil
    cdef void record_fill(self, double order, int place, int side, double quantity, double price, double fee, int reason, double action) noexcept nogil
    cdef void record_trade(self, Py_ssize_t at, double quantity, double price, double fee, int place, int reason) noexcept nogil
    cdef void keep_trade(self, Py_ssize_t at, Py_ssize_t to, double price, double fee, int place, int reason) noexcept nogil
    cdef double take_from(self, Py_ssize_t at, double rest) noexcept nogil
    cdef double close_lots(self, int side, double quantity, int tag, double price, int place, int reason, double order, double action) noexcept nogil
    cdef void stretch(self) noexcept nogil
    cdef double tight(self, Py_ssize_t at) noexcept nogil
