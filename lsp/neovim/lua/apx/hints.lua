-- Inlay hints at the end of their lines, for versions of Neovim that draw none themselves (before 0.10).
local versions = require('apx.versions')

local M = {}
local space = vim.api.nvim_create_namespace('apx-hints')
local off = {}
local waiting = {}
local WAIT_MS = 100

local function text_of(label)
  if type(label) == 'string' then
    return label
  end
  return table.concat(vim.tbl_map(function(part)
    return part.value
  end, label))
end

--- Draws the hints of a buffer in place of those there, each line's in the order of their places.
local function draw(buffer, hints)
  vim.api.nvim_buf_clear_namespace(buffer, space, 0, -1)
  local lines = {}
  table.sort(hints, function(a, b)
    local x, y = a.position, b.position
    return x.line < y.line or (x.line == y.line and x.character < y.character)
  end)
  for _, hint in ipairs(hints) do
    local line = hint.position.line
    lines[line] = lines[line] or {}
    table.insert(lines[line], vim.trim(text_of(hint.label)))
  end
  local count = vim.api.nvim_buf_line_count(buffer)
  for line, texts in pairs(lines) do
    if line < count then
      vim.api.nvim_buf_set_extmark(buffer, space, line, 0, {
        virt_text = { { table.concat(texts, '  '), 'ApxInlayHint' } },
        virt_text_pos = 'eol',
        hl_mode = 'combine',
      })
    end
  end
end

--- Asks for the hints of a buffer and draws what comes, if the text is still the one they were asked for.
function M.refresh(buffer)
  if off[buffer] or not vim.api.nvim_buf_is_loaded(buffer) then
    return
  end
  for _, client in ipairs(versions.clients(buffer)) do
    if client.server_capabilities.inlayHintProvider then
      local asked = vim.api.nvim_buf_get_changedtick(buffer)
      local params = {
        textDocument = { uri = vim.uri_from_bufnr(buffer) },
        range = { start = { line = 0, character = 0 }, ['end'] = { line = vim.api.nvim_buf_line_count(buffer), character = 0 } },
      }
      versions.request(client, 'textDocument/inlayHint', params, function(err, result)
        if err or not vim.api.nvim_buf_is_loaded(buffer) or off[buffer] then
          return
        end
        if vim.api.nvim_buf_get_changedtick(buffer) == asked then
          draw(buffer, result or {})
        end
      end, buffer)
    end
  end
end

--- Refreshes once a burst of changes is over.
local function soon(buffer)
  if waiting[buffer] then
    return
  end
  waiting[buffer] = true
  vim.defer_fn(function()
    waiting[buffer] = nil
    M.refresh(buffer)
  end, WAIT_MS)
end

function M.attach(buffer)
  vim.api.nvim_set_hl(0, 'ApxInlayHint', { link = 'Comment', default = true })
  local group = vim.api.nvim_create_augroup('apx-hints-' .. buffer, { clear = true })
  vim.api.nvim_create_autocmd({ 'TextChanged', 'InsertLeave', 'BufEnter' }, {
    group = group,
    buffer = buffer,
    callback = function()
      soon(buffer)
    end,
  })
  M.refresh(buffer)
end

--- Shows or hides the hints of a buffer.
function M.toggle(buffer)
  off[buffer] = not off[buffer] or nil
  if off[buffer] then
    vim.api.nvim_buf_clear_namespace(buffer, space, 0, -1)
  else
    M.refresh(buffer)
  end
end

--- The hints that are drawn, as pairs of line (from 0) and text.
function M.drawn(buffer)
  return vim.tbl_map(function(mark)
    return { mark[2], mark[4].virt_text[1][1] }
  end, vim.api.nvim_buf_get_extmarks(buffer, space, 0, -1, { details = true }))
end

return M
