-- How far a line is indented: by its own first word, else by the line above.
local M = {}
local STEP = 2

local function set(words)
  local found = {}
  for word in words:gmatch('%S+') do
    found[word] = true
  end
  return found
end

-- These begin a card, so they stand at the margin; actions stand under their rule, what is attached to an order under the order.
local CARDS = set('apx strategy library use trade input require define when every settings plot alert test otherwise')
local ACTIONS = set('buy sell short cover exit cancel notify protect give with given expect')
local ATTACHED = set('stop take trail expire')

--- Whether lines below belong to this one.
local function opens(line)
  local text = line:gsub('%s*#.*$', '')
  local word = text:match('^%s*([%a_]+)')
  if word == 'when' or word == 'every' or word == 'test' or word == 'protect' then
    return true
  elseif word == 'settings' or word == 'otherwise' then
    return text:match('^%s*%a+%s*$') ~= nil
  elseif word == 'buy' or word == 'short' then
    return text:match('%srisking%s') ~= nil
  elseif word == 'define' then
    return text:match('^%s*define%s+[%w_]+%s*%b()%s*$') ~= nil
  end
  return false
end

function M.of(number)
  local own = vim.fn.getline(number)
  local word = own:match('^%s*([%a_]+)')
  local above = number > 1 and vim.fn.getline(number - 1) or ''
  if word and CARDS[word] then
    return 0
  elseif ATTACHED[word] or own:match('^%s*hold%s+at%s') then
    return 2 * STEP
  elseif vim.trim(above) == '' then
    return 0 -- after an empty line a new card begins
  elseif ACTIONS[word] then
    return STEP
  end
  return vim.fn.indent(number - 1) + (opens(above) and STEP or 0)
end

return M
