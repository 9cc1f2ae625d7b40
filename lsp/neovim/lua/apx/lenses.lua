-- Code lenses: asked for when the text or a result has changed, drawn at the end of their lines, and run by the commands that they carry.
local versions = require('apx.versions')

local M = {}
local space = vim.api.nvim_create_namespace('apx-lenses')
local known = {}
local waiting = {}
local WAIT_MS = 150

local function draw(buffer)
  vim.api.nvim_buf_clear_namespace(buffer, space, 0, -1)
  local lines, count = {}, vim.api.nvim_buf_line_count(buffer)
  for _, lens in ipairs(known[buffer] or {}) do
    local line = lens.range.start.line
    if lens.command and line < count then
      lines[line] = lines[line] or {}
      if #lines[line] > 0 then
        table.insert(lines[line], { ' | ', 'LspCodeLensSeparator' })
      end
      table.insert(lines[line], { lens.command.title, 'LspCodeLens' })
    end
  end
  for line, chunks in pairs(lines) do
    vim.api.nvim_buf_set_extmark(buffer, space, line, 0, { virt_text = chunks, virt_text_pos = 'eol', hl_mode = 'combine' })
  end
end

--- Asks for the lenses of a buffer, each with its command; `done` gets them.
local function ask(client, buffer, done)
  local params = { textDocument = { uri = vim.uri_from_bufnr(buffer) } }
  versions.request(client, 'textDocument/codeLens', params, function(err, lenses)
    if err or not vim.api.nvim_buf_is_loaded(buffer) then
      return done(nil, err)
    end
    local found, left = lenses or {}, 0
    local function finish()
      if left == 0 then
        done(found)
      end
    end
    for at, lens in ipairs(found) do
      if not lens.command then
        left = left + 1
        versions.request(client, 'codeLens/resolve', lens, function(_, resolved)
          found[at] = resolved or lens
          left = left - 1
          finish()
        end, buffer)
      end
    end
    finish()
  end, buffer)
end

function M.refresh(buffer)
  if not vim.api.nvim_buf_is_loaded(buffer) then
    return
  end
  for _, client in ipairs(versions.clients(buffer)) do
    if client.server_capabilities.codeLensProvider then
      local asked = vim.api.nvim_buf_get_changedtick(buffer)
      ask(client, buffer, function(lenses)
        if lenses and vim.api.nvim_buf_is_loaded(buffer) and vim.api.nvim_buf_get_changedtick(buffer) == asked then
          known[buffer] = lenses
          draw(buffer)
        end
      end)
    end
  end
end

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
  local group = vim.api.nvim_create_augroup('apx-lenses-' .. buffer, { clear = true })
  vim.api.nvim_create_autocmd({ 'TextChanged', 'InsertLeave', 'BufEnter' }, {
    group = group,
    buffer = buffer,
    callback = function()
      soon(buffer)
    end,
  })
  M.refresh(buffer)
end

--- Does what a lens says, by a command of the editor's or by the server.
local function run(client, buffer, lens)
  local command = lens.command
  local own = (client.commands or {})[command.command] or vim.lsp.commands[command.command]
  if own then
    return own(command, { bufnr = buffer, client_id = client.id })
  end
  local params = { command = command.command, arguments = command.arguments }
  versions.request(client, 'workspace/executeCommand', params, function(err, result)
    M.refresh(buffer)
    require('apx.commands').came(command.command, err, result)
  end, buffer)
end

--- The lens on a line, run; where there are several the user chooses.
function M.run_here()
  local buffer = vim.api.nvim_get_current_buf()
  local line = vim.api.nvim_win_get_cursor(0)[1] - 1
  local client = versions.clients(buffer)[1]
  local here = vim.tbl_filter(function(lens)
    return lens.command and lens.command.command ~= '' and lens.range.start.line == line
  end, known[buffer] or {})
  if not client or #here == 0 then
    return versions.tell('nothing can be run on this line')
  end
  local function go(lens)
    if lens then
      run(client, buffer, lens)
    end
  end
  if #here == 1 then
    return go(here[1])
  end
  vim.ui.select(here, {
    prompt = 'Run:',
    format_item = function(lens)
      return lens.command.title
    end,
  }, go)
end

--- The lenses that are drawn, as pairs of line (from 0) and text.
function M.drawn(buffer)
  return vim.tbl_map(function(mark)
    local texts = vim.tbl_map(function(chunk)
      return chunk[1]
    end, mark[4].virt_text)
    return { mark[2], table.concat(texts) }
  end, vim.api.nvim_buf_get_extmarks(buffer, space, 0, -1, { details = true }))
end

return M
